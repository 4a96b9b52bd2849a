// The panels around the drawing: each may be put away, and the drawer below has tabs.

export class Drawer {
  constructor(page) {
    this.page = page;
    this.tabs = [...page.root.querySelectorAll('[role=tab]')];
    this.tabs.forEach((tab) => {
      tab.addEventListener('click', () => this.show(tab.dataset.tab));
      tab.addEventListener('keydown', (event) => this.#move(event, tab));
    });
    page.root.querySelectorAll('[data-fold]').forEach((button) => {
      button.addEventListener('click', () => this.fold(button.dataset.fold));
    });
    if (window.matchMedia('(max-width: 62rem)').matches) {
      this.fold('files', false);
      this.fold('side', false);
    }
  }

  /** Open a tab of the drawer, and the drawer with it. */
  show(name, { focus = false } = {}) {
    this.tabs.forEach((tab) => {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      this.page.root.querySelector(`#${tab.getAttribute('aria-controls')}`).hidden = !chosen;
      if (chosen && focus) {
        tab.focus();
      }
    });
    this.fold('drawer', true);
  }

  /** Put a panel away or back; `open` says which. */
  fold(name, open) {
    const button = this.page.root.querySelector(`[data-fold=${name}]`);
    const next = open ?? button.getAttribute('aria-expanded') !== 'true';
    button.setAttribute('aria-expanded', String(next));
    this.page.root.classList.toggle(`studio--no-${name}`, !next);
    window.dispatchEvent(new Event('resize'));
  }

  /** F6 goes round the places of the page. */
  nextPlace(back) {
    const places = [...this.page.root.querySelectorAll('[data-place]')].filter((one) => one.offsetParent);
    const here = places.findIndex((one) => one.contains(this.page.document.activeElement));
    const next = places[(here + (back ? -1 : 1) + places.length) % places.length];
    (next.querySelector('[tabindex="0"], button, a, input, select, textarea') ?? next).focus();
  }

  #move(event, tab) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = this.tabs[(this.tabs.indexOf(tab) + step + this.tabs.length) % this.tabs.length];
      this.show(next.dataset.tab, { focus: true });
      event.preventDefault();
    }
  }
}
