import { PDFiumLibrary } from '@hyzyla/pdfium';
import sharp from 'sharp';
import { thumbnailOf } from './pictures.mjs';
import { Refused } from './refused.mjs';
import { PageTexts } from './texts.mjs';

const pdfium = await PDFiumLibrary.init();
const textPages = 500;
const rendered = { width: 400, height: 4000 }; // twice the thumbnail: made smaller, small print looks better

export async function decode(bytes, _, tell) {
  const paper = await open(bytes);
  const count = paper.getPageCount();
  tell({ page_count: count });
  if (count < 1) throw new Refused('broken');

  tell({ thumbnail: await firstPage(paper) });

  const texts = new PageTexts(tell);
  for (let number = 1; number <= count && !texts.full; number++) {
    if (number > textPages) texts.end(number);
    else texts.add(number, textOf(paper, number));
  }
}

async function open(bytes) {
  try {
    return await pdfium.loadDocument(bytes);
  } catch (error) {
    throw /password|security/i.test(error.message) ? new Refused('unsupported') : error;
  }
}

// The page says how large it is; it has no say in how large it is drawn.
async function firstPage(paper) {
  const page = paper.getPage(0);
  const { originalWidth, originalHeight } = page.getOriginalSize();
  const scale = Math.min(rendered.width / originalWidth, rendered.height / originalHeight);
  if (!(scale > 0 && Number.isFinite(scale))) throw new Refused('broken');
  const width = Math.max(1, Math.round(originalWidth * scale));
  const height = Math.max(1, Math.round(originalHeight * scale));
  const { data } = await page.render({ scale: 1, width, height, render: 'bitmap' });
  return thumbnailOf(sharp(data, { raw: { width, height, channels: 4 } }).flatten({ background: '#fff' }));
}

function textOf(paper, number) {
  const page = paper.getPage(number - 1);
  try {
    return page.getText().replace(/[\u0002\ufffe]\r?\n?/g, ''); // where pdfium joins a word that was divided at the end of a line
  } finally {
    page.module._FPDF_ClosePage(page.pageIdx); // the library closes only pages that it renders
  }
}
