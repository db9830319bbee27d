/** The file is refused for a reason that the server knows by this word. */
export class Refused extends Error {
  constructor(failure) {
    super(failure);
    this.failure = failure;
  }
}
