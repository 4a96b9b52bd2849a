// What analysts tell each other about an element, a file or the whole draft.

import { make, typo } from './html.js';

export class Comments {
  constructor(page, session) {
    Object.assign(this, { page, session, all: [], element: null });
    this.list = page.place('comments');
    this.form = page.place('comment-form');
    this.subject = page.place('comment-subject');
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#add();
    });
  }

  async refresh() {
    const told = await this.session.server.say('GET', 'commentaires').catch(() => null);
    if (told) {
      this.all = told.comments;
      this.show();
    }
  }

  /** Comments of the open file first, on the drawing too. */
  show() {
    const { path, editor } = this.session;
    const open = this.all.filter((one) => !one.resolved_at);
    const rank = (one) => (one.resolved_at ? 2 : 0) + (one.path === path || !one.path ? 0 : 1);
    this.list.replaceChildren(...[...this.all].sort((a, b) => rank(a) - rank(b)).map((one) => this.#row(one)));
    this.page.place('comments-count').textContent = open.length ? String(open.length) : '';
    this.page.place('no-comment').hidden = this.all.length > 0;
    editor?.noted?.(open.filter((one) => one.path === path));
    this.about(this.element);
  }

  /** The element that the next comment will speak of. */
  about(element) {
    this.element = element;
    const { path } = this.session;
    this.subject.textContent = typo(element ? `Sur « ${element.name || element.id} »` : `Sur le fichier ${path}`);
  }

  choose(comment) {
    this.session.parts.drawer.show('commentaires');
    this.list.querySelector(`[data-comment="${comment.id}"]`)?.scrollIntoView({ block: 'nearest' });
  }

  async #add() {
    const field = this.form.elements.namedItem('text');
    const text = field.value.trim();
    if (!text) {
      field.focus();
      return;
    }
    const { path, server } = this.session;
    try {
      await server.say('POST', 'commentaires', { path, element: this.element?.id ?? '', text });
      field.value = '';
      await this.refresh();
    } catch (error) {
      this.page.say(`Le commentaire n’est pas envoyé : ${error.message}`);
    }
  }

  async #resolve(comment) {
    await this.session.server.say('POST', `commentaires/${comment.id}/resolution`);
    await this.refresh();
  }

  #row(comment) {
    const { id, path, element, text, by, at, resolved_at: resolved } = comment;
    const when = new Date(at).toLocaleString('fr-FR', { dateStyle: 'short', timeStyle: 'short' });
    const go = () => this.session.open(path || this.session.path, { go: { element } });
    const subject = [path, element].filter(Boolean).join(' · ') || 'le brouillon';
    return make(
      'li',
      { class: resolved ? 'studio-comment studio-comment--done' : 'studio-comment', 'data-comment': id },
      make('p', { class: 'studio-comment__head' }, make('strong', {}, by), ` · ${when} · `,
        make('button', { type: 'button', class: 'studio-link', onclick: go }, subject)),
      make('p', {}, text),
      resolved
        ? make('p', { class: 'muted' }, 'Réglé')
        : make('button', {
          type: 'button',
          class: 'button button--quiet button--small',
          onclick: () => this.#resolve(comment),
        }, 'Marquer comme réglé'),
    );
  }
}
