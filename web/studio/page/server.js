// What the studio asks of the server. Each verb returns what was answered; what went wrong is an error with a kind.

/** Nobody answered: the network or the server is away. */
export class Unreachable extends Error {}

/** The session has ended; the page is to be opened again after signing in. */
export class SignedOut extends Error {}

/** The server said no, and why: `status`, and what it told in `told`. */
export class Refused extends Error {
  constructor(status, told) {
    super(told.message ?? `Le serveur a répondu ${status}.`);
    this.status = status;
    this.told = told;
  }
}

const encoded = (path) => path.split('/').map(encodeURIComponent).join('/');

export class Server {
  /** `address` is that of the draft; `token` proves that the page is ours. */
  constructor(address, token) {
    this.address = address;
    this.token = token;
  }

  /** A file's text and revision. */
  async read(path) {
    const answer = await this.#ask('GET', `fichiers/${encoded(path)}`);
    return { text: await answer.text(), revision: Number((answer.headers.get('ETag') ?? '').replace(/\D/g, '')) };
  }

  /** Save a text that was written from `revision`; returns the new revision. */
  async save(path, text, revision, { leaving = false } = {}) {
    const headers = { 'If-Match': `"${revision}"`, 'Content-Type': 'application/octet-stream' };
    const answer = await this.#ask('PUT', `fichiers/${encoded(path)}`, { headers, body: text, keepalive: leaving });
    return (await answer.json()).revision;
  }

  /** Any of the other verbs, spoken in JSON. */
  async say(method, verb, told = {}, { leaving = false } = {}) {
    const headers = { 'Content-Type': 'application/json' };
    const body = method === 'GET' ? undefined : JSON.stringify(told);
    const answer = await this.#ask(method, verb, { headers, body, keepalive: leaving });
    return answer.status === 204 ? {} : answer.json();
  }

  async #ask(method, verb, { headers = {}, ...rest } = {}) {
    const answer = await this.#send(`${this.address}/${verb}`, {
      method,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', 'X-CSRFToken': this.token, ...headers },
      ...rest,
    });
    if (answer.redirected || answer.status === 401) {
      throw new SignedOut('Votre session est terminée.');
    }
    if (answer.status >= 502) {
      throw new Unreachable('Le serveur ne répond pas.');
    }
    if (!answer.ok) {
      throw new Refused(answer.status, await answer.json().catch(() => ({})));
    }
    return answer;
  }

  async #send(address, request) {
    try {
      return await fetch(address, request);
    } catch (error) {
      throw new Unreachable('Le serveur ne répond pas.', { cause: error });
    }
  }
}
