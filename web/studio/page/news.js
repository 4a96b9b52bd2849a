// What others and the server have done meanwhile: files added, renamed or taken away, comments, scenarios played.

const CALM = 10_000;
const SOON = 2000;
const WAIT = 60_000; // for the scenarios of what was just saved

export class News {
  /** `told({files, comments, played, current})` hears of what has changed since the last time. */
  constructor(server, told) {
    Object.assign(this, { server, told, known: '', until: 0 });
    document.addEventListener('visibilitychange', () => document.hidden || this.ask());
  }

  /** Something of ours was saved: what follows from it comes within seconds. */
  expect() {
    this.until = Date.now() + WAIT;
    this.#later(SOON);
  }

  async ask() {
    clearTimeout(this.timer);
    const news = document.hidden ? null : await this.server.say('GET', 'nouvelles').catch(() => null);
    const heard = JSON.stringify(news);
    if (news && heard !== this.known) {
      this.known = heard;
      this.until = Date.now() + WAIT;
      this.told(news);
    }
    if (news?.current) {
      this.until = 0;
    }
    this.#later(Date.now() < this.until ? SOON : CALM);
  }

  #later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), delay);
  }
}
