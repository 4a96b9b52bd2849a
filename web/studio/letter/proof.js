// The letter as it will leave: its pages, the message, the SMS with its length. Made by the server from the text that is
// being written, with an invented citizen, or with a real dossier under a mask.

import { make, plural, settled, typo } from '../page/html.js';

const QUIET = 700;

export class Proof {
  /** `judged` hears of the mentions that the letter owes. */
  constructor(place, letter, judged) {
    Object.assign(this, { place, letter, judged, asking: false, stale: false });
    const again = () => this.refresh();
    this.prefecture = make('select', { class: 'input', id: 'courrier-prefecture', onchange: again });
    this.scenario = make('select', { class: 'input', id: 'courrier-scenario', onchange: again });
    this.dossier = make('input', { class: 'input', id: 'courrier-dossier', autocomplete: 'off', size: '22' });
    this.said = make('p', { class: 'muted', role: 'status' }, 'Préparation de l’aperçu…');
    this.shown = make('div', { class: 'letter-proof__shown' });
    this.wrong = make('div');
    place.replaceChildren(this.#asked(), this.said, this.wrong, this.shown);
    this.later = settled(() => this.#refreshIfInvented(), QUIET);
  }

  /** The text has changed. A real dossier is looked at again only when asked: each look is traced. */
  changed() {
    this.later();
  }

  /** Ask now, or as soon as the question before is answered. */
  async refresh() {
    this.stale = true;
    if (this.asking || this.gone) {
      return;
    }
    this.asking = true;
    while (this.stale && !this.gone) {
      this.stale = false;
      await this.#ask();
    }
    this.asking = false;
  }

  destroy() {
    this.gone = true;
  }

  #refreshIfInvented() {
    if (this.dossier.value.trim()) {
      this.said.textContent = typo('Le texte a changé : « Voir » refait l’aperçu avec ce dossier.');
    } else {
      this.refresh();
    }
  }

  async #ask() {
    const { path, readOnly, studio } = this.letter;
    const asked = { prefecture: this.prefecture.value, scenario: this.scenario.value, dossier: this.dossier.value.trim() };
    const written = readOnly ? {} : { content: this.letter.text() };
    try {
      const told = await studio.server.say('POST', 'apercu-courrier', { path, ...written, ...asked });
      if (!this.stale && !this.gone) {
        this.#show(told);
      }
    } catch (error) {
      this.#refused(alert(error.told?.fields?.dossier ?? error.message));
    }
  }

  #show(told) {
    options(this.prefecture, told.prefectures.map(({ code, name }) => [code, name]), told.prefecture);
    if (told.fault) {
      this.#fault(told.fault);
      return;
    }
    this.judged(told.mentions);
    options(this.scenario, told.scenarios.map(({ path, title }) => [path, title]), this.scenario.value);
    this.scenario.closest('.field').hidden = told.scenarios.length < 2;
    this.letter.panel?.tags.here(told.says);
    this.said.textContent = typo(told.data);
    const draw = { courrier: pages, courriel: mail, sms: text }[told.kind];
    const top = this.place.scrollTop;
    this.wrong.replaceChildren();
    this.shown.classList.remove('letter-proof__shown--before');
    this.shown.replaceChildren(...draw(told, this.letter.path));
    this.place.scrollTop = top;
  }

  #fault({ message, line, file }) {
    const { path, editor } = this.letter;
    const where = [file === path ? '' : file, line ? `ligne ${line}` : ''].filter(Boolean).join(', ');
    const go = file === path && line && make('button', {
      type: 'button', class: 'button button--secondary button--small', onclick: () => editor.go('', line),
    }, `Aller à la ligne ${line}`);
    this.#refused(alert(`${where ? `${where} : ` : ''}${message}.`, go));
  }

  /** What is wrong; what was seen before stays below, and is said to be of before. */
  #refused(told) {
    const seen = this.shown.childElementCount > 0;
    this.said.textContent = seen ? typo('Ci-dessous, l’aperçu d’avant ce changement.') : '';
    this.wrong.replaceChildren(told);
    this.shown.classList.toggle('letter-proof__shown--before', seen);
  }

  #asked() {
    const field = (label, control) => make('div', { class: 'field' }, make('label', { for: control.id }, label), control);
    const see = make('button', { type: 'submit', class: 'button button--secondary button--small' }, 'Voir');
    const real = make('details', {}, make('summary', {}, 'Avec un dossier réel, masqué'),
      make('p', { class: 'muted' }, typo('Noms, adresses, numéros, naissance et textes libres sont remplacés ; la '
        + 'consultation est enregistrée.')),
      make('div', { class: 'letter-proof__real' }, field('Numéro du dossier', this.dossier), see));
    const submit = (event) => {
      event.preventDefault();
      this.refresh();
    };
    return make('form', { class: 'letter-proof__asked', onsubmit: submit },
      field('Préfecture', this.prefecture), make('div', { class: 'field', hidden: true },
        make('label', { for: this.scenario.id }, 'Données d’essai'), this.scenario), real);
  }
}

function options(select, pairs, value) {
  const held = [...select.options].map((one) => one.value).join();
  if (held !== pairs.map(([key]) => key).join()) {
    select.replaceChildren(...pairs.map(([key, label]) => make('option', { value: key }, typo(label))));
  }
  if (value) {
    select.value = value;
  }
}

function alert(message, ...more) {
  return make('div', { class: 'letter-proof__alert', role: 'alert' }, make('p', {}, typo(message)), ...more);
}

function pages({ pages: drawn, pdf, title }, path) {
  const name = `apercu-${path.split('/').at(-1).replace(/\.html$/, '')}.pdf`;
  const link = make('a', { class: 'button button--secondary button--small', download: name, href: blobOf(pdf) }, 'Télécharger le PDF');
  const images = drawn.map(({ src, width, height }, index) =>
    make('img', { class: 'letter-proof__page', src, width, height, alt: `${title}, page ${index + 1} sur ${drawn.length}` }));
  return [make('p', { class: 'letter-proof__head' }, plural(drawn.length, 'page'), link), ...images];
}

function mail({ subject, html, text: plainText }) {
  const frame = make('iframe', { class: 'letter-proof__mail', title: 'Le courriel tel qu’il est envoyé', sandbox: '' });
  frame.srcdoc = html;
  return [
    make('p', {}, make('strong', {}, typo(subject || 'Sans sujet : le cadre des courriels'))),
    frame,
    make('details', {}, make('summary', {}, 'Partie en texte seul'), make('pre', { class: 'letter-proof__plain', tabindex: '0' }, plainText)),
  ];
}

function text({ text: said, length, parts, warning }) {
  return [
    make('p', {}, make('strong', {}, `${parts} SMS, ${plural(length, 'caractère')}`)),
    make('p', { class: 'letter-proof__sms' }, said),
    warning && alert(warning),
  ].filter(Boolean);
}

/** A `data:` address as one that may be downloaded whatever its length. */
function blobOf(address) {
  const [head, body] = address.split(',');
  const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: /data:([^;]+)/.exec(head)[1] }));
}
