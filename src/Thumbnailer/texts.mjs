const perPage = 20_000;
const perFile = 1_000_000;
const cutMark = ' […]';
const bytesRead = 4 * perFile;

/** UTF-8, UTF-16 with a byte order mark, or else windows-1252, which fits any bytes. A long text is told in pieces, which end with a line where they can. */
export function decode(bytes, _, tell) {
  const head = bytes.subarray(0, bytesRead);
  const texts = new PageTexts(tell);
  let page = 1;
  let rest = clean(read(head, head.length < bytes.length));
  for (; rest && !texts.full; page++) {
    const end = pieceOf(rest);
    texts.add(page, rest.slice(0, end));
    rest = rest.slice(end);
  }
  if (rest || head.length < bytes.length) texts.end(page);
}

function pieceOf(text) {
  if (text.length <= perPage) return text.length;
  const line = text.lastIndexOf('\n', perPage - 1);
  return line > 0 ? line + 1 : text.slice(0, perPage).replace(/[\ud800-\udbff]$/, '').length;
}

function read(bytes, stream) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes, { stream });
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes, { stream });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream }); // a character that the cut divides is no fault
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Tells the text of pages one by one, cleaned and within the limits. */
export class PageTexts {
  #left = perFile;

  constructor(tell) {
    this.tell = tell;
  }

  get full() {
    return this.#left <= 0;
  }

  add(page, raw) {
    const text = cut(clean(raw.slice(0, 2 * perPage)), Math.max(Math.min(perPage, this.#left), cutMark.length));
    this.#left -= text.length;
    if (text) this.tell({ page, text });
  }

  /** Marks that the text goes on from this page. */
  end(page) {
    this.#left = 0;
    this.tell({ page, text: cutMark.trim() });
  }
}

// What no reader and no database wants: lone surrogates, noncharacters, control characters but tab and line feed.
function clean(text) {
  return text.toWellFormed().replace(/\r\n?/g, '\n').replace(/(?![\t\n])\p{Cc}|\p{Noncharacter_Code_Point}|\ufeff/gu, '').normalize('NFC').trim();
}

function cut(text, limit) {
  return text.length <= limit ? text : text.slice(0, limit - cutMark.length).replace(/[\ud800-\udbff]$/, '') + cutMark;
}
