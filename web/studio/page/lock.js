// Who may write: one analyst at a time, renewed while the page is open, to be taken over by another who asks for it.

const BEAT = 40_000;

export class Lock {
  /** `told({by, mine, until})` hears of every change of hands. */
  constructor(server, told) {
    Object.assign(this, { server, told, mine: false, by: null });
  }

  /** Ask for the lock (`take`: from whoever has it), then go on asking. */
  async ask({ take = false } = {}) {
    clearTimeout(this.timer);
    try {
      const answer = await this.server.say('POST', 'edition', { prendre: take });
      if (answer.mine !== this.mine || answer.by !== this.by || take) {
        Object.assign(this, { mine: answer.mine, by: answer.by });
        this.told(answer);
      }
    } catch {
      // Who cannot be reached cannot take it from us either: the next beat will tell.
    }
    this.timer = setTimeout(() => this.ask(), BEAT);
    return this.mine;
  }

  release() {
    clearTimeout(this.timer);
    if (this.mine) {
      this.server.say('DELETE', 'edition', {}, { leaving: true }).catch(() => {});
    }
  }
}
