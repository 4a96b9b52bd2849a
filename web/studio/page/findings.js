// What is wrong or doubtful, as the server's compiler says it while one draws: in a list, and on the drawing.

import { make, plural, settled, typo } from './html.js';

const QUIET = 60;
const WORDS = { error: 'Erreur', warning: 'Avertissement', info: 'Remarque' };

export class Findings {
  constructor(page, session) {
    Object.assign(this, { page, session, found: [], asking: false, stale: false, failed: false });
    this.list = page.place('findings');
    this.count = page.place('findings-count');
    this.summary = page.place('findings-summary');
    this.fixAll = page.place('fix-all');
    this.fixAll.addEventListener('click', () => this.fix(this.#fixable()));
    this.later = settled(() => this.look(), QUIET);
  }

  /** The open file has changed. */
  changed() {
    this.later();
  }

  /** Ask now, or as soon as the question before is answered: always of the latest text, one question at a time. */
  async look() {
    this.stale = true;
    if (this.asking) {
      return;
    }
    this.asking = true;
    this.list.setAttribute('aria-busy', 'true');
    while (this.stale) {
      this.stale = false;
      await this.#ask();
    }
    this.list.removeAttribute('aria-busy');
    this.asking = false;
  }

  async #ask() {
    const { path, editor, server } = this.session;
    try {
      const written = this.session.readOnly ? {} : { path, content: await editor.text() };
      const { findings } = await server.say('POST', 'verification', written);
      this.failed = false;
      if (!this.stale && path === this.session.path) {
        this.show(findings);
      }
    } catch {
      this.failed = true;
      this.summary.textContent = 'La vérification reprendra quand le serveur répondra.';
    }
  }

  show(findings) {
    const { path } = this.session;
    // What concerns the open file comes first.
    this.found = [...findings].sort((a, b) => (b.file === path) - (a.file === path));
    this.list.replaceChildren(...this.found.map((one) => this.#row(one)));
    const errors = findings.filter((one) => one.severity === 'error').length;
    this.count.textContent = findings.length ? String(findings.length) : '';
    this.count.classList.toggle('count-mark--danger', errors > 0);
    this.summary.textContent = findings.length
      ? typo(`${plural(findings.length, 'constat')}${errors ? `, dont ${plural(errors, 'erreur')}` : ''}`)
      : typo('Aucun constat : ce brouillon peut s’exécuter tel quel.');
    this.fixAll.hidden = !this.#fixable().length;
    this.page.root.dataset.found = String(findings.length);
    this.session.editor?.show?.(this.found.filter((one) => one.file === path));
  }

  /** A finding was pointed at on the drawing: show it in the list. */
  choose(finding) {
    this.session.parts.drawer.show('constats');
    const row = this.list.children[this.found.indexOf(finding)];
    row?.scrollIntoView({ block: 'nearest' });
    row?.querySelector('button')?.focus();
  }

  /** Have the server correct what has one correction. */
  async fix(findings) {
    const { path, editor, server } = this.session;
    const content = await editor.text();
    const corrected = await server.say('POST', 'corrections', {
      path,
      content,
      findings: findings.map(({ rule, element }) => ({ rule, element })),
    });
    const word = findings.length > 1 ? `${findings.length} corrections faites.` : 'Correction faite.';
    await this.session.replace(corrected.content, word);
  }

  #fixable() {
    return this.session.readOnly ? [] : this.found.filter((one) => one.fixable && one.file === this.session.path);
  }

  #row(finding) {
    const { severity, file, element, element_name: name, line, message, fix } = finding;
    const where = [name || element, file === this.session.path ? '' : file, line && !element ? `ligne ${line}` : ''];
    const go = () => this.session.open(file, { go: { element, line } });
    const mine = this.#fixable().includes(finding);
    return make(
      'li',
      { class: `studio-finding studio-finding--${severity}` },
      make('button', { type: 'button', class: 'studio-finding__go', onclick: go },
        make('strong', { class: 'studio-finding__kind' }, WORDS[severity]),
        make('span', { class: 'studio-finding__where' }, where.filter(Boolean).join(' · ')),
        make('span', {}, message)),
      make('p', { class: 'studio-finding__fix' }, fix,
        mine && make('button', {
          type: 'button',
          class: 'button button--secondary button--small',
          onclick: () => this.fix([finding]),
        }, 'Corriger')),
    );
  }
}
