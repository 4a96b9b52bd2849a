// A file that its editor cannot show: it opens as text, and the page says why and what can be done.

import { typo } from './html.js';

/** What an editor throws; `bare` when the file says what happens and draws nothing. */
export class Unopened extends Error {
  constructor(why, { bare = false, cause } = {}) {
    super(why, { cause });
    this.bare = bare;
  }
}

const BARE = 'Ce diagramme dit ce qui se passe et ne dessine rien : il vient sans sa mise en page.';
const AS_TEXT = 'Le voici comme texte ; les constats disent où corriger.';

/** The notice over the text of a file that did not open; nothing when it did. */
export function tellUnopened(session) {
  const { page, unopened, readOnly } = session;
  if (unopened?.bare) {
    const label = readOnly ? 'Montrer une disposition automatique' : 'Disposer automatiquement';
    page.notice(typo(BARE), page.choice(label, () => arrange(session), { strong: true }));
  } else if (unopened) {
    const why = unopened instanceof Unopened ? unopened.message : 'Ce fichier ne s’ouvre pas dans son éditeur.';
    const again = page.choice('Essayer de le rouvrir', () => reopen(session));
    page.notice(typo(`${why} ${AS_TEXT}`), ...(readOnly ? [] : [again]));
  }
}

/** Open the same file again, as the server has it or as another text gives it. */
async function reopen(session, text = null) {
  const { path, page, saving, server } = session;
  await saving.flush();
  page.notice('');
  const read = await server.read(path);
  await session.open(path, { text: text === null ? read : { ...read, text } });
}

/** Have the server lay the diagram out; who may write keeps it. */
async function arrange(session) {
  const { path, page, server, readOnly } = session;
  try {
    const { content } = await server.say('POST', 'disposition', { path, content: await session.editor.text() });
    await reopen(session, content);
  } catch (error) {
    page.say(error.message);
    return;
  }
  if (!readOnly) {
    session.changed();
    page.say('Le diagramme est disposé. Déplacez ce qui se lirait mieux ailleurs.');
  }
}
