import { Transform, type TransformCallback } from 'node:stream';

/**
 * Lets bytes through while it may. A COPY that nobody reads from soon waits in PostgreSQL: so a table is held back in the
 * middle of its rows.
 */
export class InTurns extends Transform {
  readonly #awaitTurn: () => Promise<void>;

  constructor(awaitTurn: () => Promise<void>) {
    super();
    this.#awaitTurn = awaitTurn;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#awaitTurn().then(() => {
      done(null, chunk);
    }, done);
  }
}
