// The form as people will see it, in a frame: drawn by the server from the text that is being written.

import { make, settled } from '../page/html.js';

const WIDTHS = { telephone: 375, bureau: 1280 };
const QUIET = 400;

const hidden = (name, value) => make('input', { type: 'hidden', name, value });
const encoded = (path) => path.split('/').map(encodeURIComponent).join('/');

export class Preview {
  /** `write()` gives the text; nothing is sent while the preview is put away. */
  constructor({ settings, path, write, saved }) {
    this.name = `apercu-${Math.random().toString(36).slice(2)}`;
    this.address = `${settings.address}/apercu/${encoded(path)}`;
    Object.assign(this, { token: settings.token, write, saved, width: null });
    this.frame = make('iframe', { class: 'studio-preview__frame', name: this.name, title: 'Aperçu du formulaire' });
    this.room = make('div', { class: 'studio-preview__room' }, this.frame);
    this.place = make('div', { class: 'studio-preview', hidden: true }, this.room);
    this.frame.addEventListener('load', () => this.#arrived());
    this.later = settled(() => this.#show(), QUIET);
    this.observer = new ResizeObserver(() => this.#fit());
    this.observer.observe(this.place);
  }

  /** Show it at a width (`telephone`, `bureau`), or put it away (`null`). */
  show(width) {
    const first = !this.width;
    this.width = width;
    this.place.hidden = !width;
    this.room.dataset.width = width ?? '';
    if (width) {
      this.#fit();
      if (first) {
        this.#show();
      }
    }
  }

  /** The text has changed. */
  changed() {
    if (this.width) {
      this.later();
    }
  }

  /** Show that page, when one writes on another than before. */
  aim(page) {
    if (page !== this.aimed) {
      this.aimed = page;
      this.asked = page;
      this.changed();
    }
  }

  destroy() {
    this.observer.disconnect();
    this.width = null;
  }

  /** Post the text; what was typed in the preview goes with it and comes back. */
  async #show() {
    if (!this.width) {
      return;
    }
    const content = await this.write();
    const inside = this.#inside();
    const page = this.asked;
    this.asked = null;
    if (inside?.elements.namedItem('_contenu')) {
      this.scrolled = page ? 0 : this.frame.contentWindow.scrollY;
      inside.elements.namedItem('_contenu').value = content;
      inside.append(hidden('_actualiser', '1'), page ? hidden('_aller', page) : '');
      inside.submit();
      return;
    }
    const text = this.saved ? {} : { _contenu: content };
    const fields = { csrf_token: this.token, _cadre: '1', ...text, ...(page ? { _aller: page } : {}) };
    const form = make('form', { method: 'post', action: this.address, target: this.name, hidden: true },
      ...Object.entries(fields).map(([name, value]) => hidden(name, value)));
    document.body.append(form);
    form.submit();
    form.remove();
  }

  /** The form in the frame, when it shows one. */
  #inside() {
    try {
      return this.frame.contentDocument?.getElementById('questions');
    } catch {
      return null; // what the frame shows is not ours
    }
  }

  #arrived() {
    this.place.removeAttribute('aria-busy');
    if (this.scrolled) {
      this.frame.contentWindow.scrollTo(0, this.scrolled);
      this.scrolled = 0;
    }
  }

  /** A desk is wider than the room: the whole of it, smaller. */
  #fit() {
    const wanted = WIDTHS[this.width];
    if (!wanted || !this.place.clientWidth) {
      return;
    }
    const scale = Math.min(1, this.place.clientWidth / wanted);
    this.frame.style.width = `${wanted}px`;
    this.frame.style.height = `${Math.floor(this.place.clientHeight / scale)}px`;
    this.frame.style.transform = scale < 1 ? `scale(${scale})` : '';
    this.room.style.width = `${Math.floor(wanted * scale)}px`;
  }
}
