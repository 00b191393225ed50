/** What went wrong, for programs. */
export type Reason =
  | 'aborted'
  | 'bad-answer'
  | 'busy'
  | 'forbidden'
  | 'model'
  | 'offline'
  | 'server'
  | 'server-missing'
  | 'timeout'
  | 'too-large'
  | 'unprocessable'
  | 'version';

/** A failure, told as a sentence for people and what they can do. */
export class CellOrderError extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
    readonly advice: string
  ) {
    super(message);
    this.name = 'CellOrderError';
  }
}
