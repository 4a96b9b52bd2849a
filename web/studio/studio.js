// The studio's page: what is open, who writes, and everything around the editor.

import { Comments } from './page/comments.js';
import { Drawer } from './page/drawer.js';
import { Files } from './page/files.js';
import { Findings } from './page/findings.js';
import { History } from './page/history.js';
import { Page } from './page/page.js';
import { Scenarios } from './page/scenarios.js';
import { Session } from './page/session.js';

const page = new Page(document);
const session = new Session(page);

session.add('drawer', new Drawer(page));
session.add('files', new Files(page, session));
session.add('findings', new Findings(page, session));
session.add('comments', new Comments(page, session));
session.add('history', new History(page, session));
session.add('scenarios', new Scenarios(page, session));
session.begin();
