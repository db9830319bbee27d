import sharp from 'sharp';
import { Refused } from './refused.mjs';

const pixels = 50_000_000;
const side = 30_000;
const frames = 1_000;
const thumbnail = { width: 200, height: 2000 };

const loaders = {
  'image/jpeg': 'VipsForeignLoadJpegBuffer',
  'image/png': 'VipsForeignLoadPngBuffer',
  'image/webp': 'VipsForeignLoadWebpBuffer',
  'image/gif': 'VipsForeignLoadNsgifBuffer',
  'image/avif': 'VipsForeignLoadHeifBuffer',
  'image/heic': 'VipsForeignLoadHeifBuffer',
  'image/heif': 'VipsForeignLoadHeifBuffer',
};

sharp.block({ operation: ['VipsForeignLoad'] }); // SVG, TIFF and whatever else a file may turn out to be
sharp.cache(false);
sharp.concurrency(1);

export async function decode(bytes, mediaType, tell) {
  const loader = loaders[mediaType];
  if (!loader) throw new Refused('unsupported');
  sharp.unblock({ operation: [loader] });

  const { width, height, pages = 1, compression, autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata(); // the header alone
  tell({ width: autoOrient.width, height: autoOrient.height });
  if (width * height > pixels || Math.max(width, height) > side || pages > frames) throw new Refused('too_large');
  if (compression === 'hevc') throw new Refused('unsupported'); // sharp's libvips has no decoder for it, because of patents
  const picture = sharp(bytes, { limitInputPixels: pixels, failOn: 'error', pages: 1, sequentialRead: true });
  tell({ thumbnail: await thumbnailOf(picture) });
}

/** What it makes has no metadata, and its colours are sRGB: both are sharp's ways when nothing else is asked for. */
export async function thumbnailOf(picture) {
  const webp = await picture.autoOrient().resize({ ...thumbnail, fit: 'inside', withoutEnlargement: true }).webp({ quality: 80 }).toBuffer();
  return webp.toString('base64');
}
