// The signs of a template: what is a tag, an instruction, a note, markup, a heading. For colours and for completion.

const JINJA = /\{#[^]*?(?:#\}|$)|\{\{[^]*?(?:\}\}|$)|\{%[^]*?(?:%\}|$)/g;
const INNER = /"[^"]*"|'[^']*'|\|\s*[a-z_]+|\b\d+(?:\.\d+)?\b|[A-Za-z_À-ÿ][\w.À-ÿ]*/g;
const MARKUP = /<\/?([A-Za-z][\w-]*)(?:"[^"]*"|'[^']*'|[^'">])*>|<!--[^]*?(?:-->|$)/g;
const HEADING = /<(h[1-6]|strong|title)\b[^>]*>([^<]*)</g;
const WORDS = new Set(
  ('extends include block endblock if elif else endif for endfor in with endwith set endset and or not is super true '
    + 'false none raw endraw').split(' '),
);

/** Every sign of `text`: `{from, to, kind}` in order; kinds are note, edge, word, name, filter, string, number, markup,
 *  heading. */
export function signs(text) {
  const found = [];
  const covered = [];
  for (const { 0: whole, index } of text.matchAll(JINJA)) {
    covered.push([index, index + whole.length]);
    if (whole.startsWith('{#')) {
      found.push({ from: index, to: index + whole.length, kind: 'note' });
    } else {
      found.push({ from: index, to: index + 2, kind: 'edge' }, ...inside(whole, index));
      if (/[}%]\}$/.test(whole)) {
        found.push({ from: index + whole.length - 2, to: index + whole.length, kind: 'edge' });
      }
    }
  }
  // Tags of a template stand in the midst of markup: it is read as if they were spaces.
  let bare = text;
  for (const [from, to] of covered) {
    bare = bare.slice(0, from) + ' '.repeat(to - from) + bare.slice(to);
  }
  for (const { 0: whole, index } of bare.matchAll(MARKUP)) {
    found.push(...around(index, index + whole.length, covered, whole.startsWith('<!--') ? 'note' : 'markup'));
  }
  for (const match of bare.matchAll(HEADING)) {
    const from = match.index + match[0].length - 1 - match[2].length;
    found.push(...around(from, from + match[2].length, covered, 'heading'));
  }
  return found.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from || a.to - b.to);
}

function inside(whole, start) {
  const body = whole.slice(2).replace(/[}%]\}$/, '');
  return [...body.matchAll(INNER)].map(({ 0: said, index }) => {
    const from = start + 2 + index;
    return { from, to: from + said.length, kind: kindOf(said) };
  });
}

function kindOf(said) {
  if (/^["']/.test(said)) {
    return 'string';
  }
  if (said.startsWith('|')) {
    return 'filter';
  }
  if (/^\d/.test(said)) {
    return 'number';
  }
  return WORDS.has(said) ? 'word' : 'name';
}

/** The parts of a stretch that no tag of the template covers. */
function around(from, to, covered, kind) {
  const parts = [];
  let at = from;
  for (const [start, end] of covered) {
    if (end > at && start < to) {
      parts.push({ from: at, to: Math.min(start, to), kind });
      at = end;
    }
  }
  parts.push({ from: at, to, kind });
  return parts.filter((one) => one.to > one.from);
}

const BLOCK = /\{%-?\s*(?:block\s+(\w+)|(endblock))\b[^]*?%\}/g;
const EXTENDS = /\{%-?\s*extends\b/;
const MAIN = ['corps', 'accord', 'mentions'];
// Blocks of one line: what has markup goes elsewhere.
const LINES = new Set(['objet', 'objet_titre', 'sujet', 'salut', 'bouton', 'adresse']);

/** Where `insert` may go so that it is written: what stands outside the blocks of a template that extends another is
 *  never written. `{at, before, after}`: the place, and what must surround it. */
export function placeFor(text, cursor, insert) {
  const bare = { at: cursor, before: '', after: '' };
  if (!EXTENDS.test(text) || EXTENDS.test(insert)) {
    return bare;
  }
  const blocks = blocksOf(text);
  const room = /<|\{%\s*(include|with)\b/.test(insert) ? blocks.filter(({ name }) => !LINES.has(name)) : blocks;
  const holds = ({ from, to }) => cursor >= from && cursor <= to;
  const within = blocks.some(holds);
  const end = { at: text.length, before: text.endsWith('\n') ? '' : '\n', after: '\n' };
  if (/^\{%\s*block\b/.test(insert)) {
    return within || !cursor ? end : bare;
  }
  if (room.some(holds)) {
    return bare;
  }
  const chosen = MAIN.map((name) => room.find((one) => one.name === name)).find(Boolean) ?? room.at(-1);
  if (chosen) {
    return { at: chosen.to, before: text[chosen.to - 1] === '\n' ? '' : '\n', after: '\n' };
  }
  return { ...end, before: `${end.before}{% block corps %}\n`, after: '\n{% endblock %}\n' };
}

/** The inside of each block, `{name, from, to}`. */
function blocksOf(text) {
  const found = [];
  const open = [];
  for (const match of text.matchAll(BLOCK)) {
    if (match[1]) {
      open.push({ name: match[1], from: match.index + match[0].length });
    } else if (open.length) {
      found.push({ ...open.pop(), to: match.index });
    }
  }
  return found;
}

/** What stands before the cursor: `{place, word}`; place is tag, instruction, filter, template or text. */
export function placeOf(before) {
  const opened = Math.max(before.lastIndexOf('{{'), before.lastIndexOf('{%'));
  const closed = Math.max(before.lastIndexOf('}}'), before.lastIndexOf('%}'), before.lastIndexOf('#}'));
  const noted = before.lastIndexOf('{#') > before.lastIndexOf('#}');
  if (noted || opened < 0 || opened < closed) {
    return { place: 'text', word: '' };
  }
  const body = before.slice(opened + 2);
  const quoted = /\b(?:include|extends)\s+"([^"]*)$/.exec(body);
  if (quoted) {
    return { place: 'template', word: quoted[1] };
  }
  if ((body.match(/"/g) ?? []).length % 2) {
    return { place: 'string', word: '' };
  }
  const word = /[\w.À-ÿ]*$/.exec(body)[0];
  if (/\|\s*[\w]*$/.test(body)) {
    return { place: 'filter', word };
  }
  const alone = before[opened + 1] === '%' && /^\s*\w*$/.test(body);
  return { place: alone ? 'instruction' : 'tag', word };
}
