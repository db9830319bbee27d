// Draws the files of this directory: node make-fixtures.mjs (after a build, which restores sharp). See README.md.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deflateSync } from 'node:zlib';

const sharp = createRequire(new URL('../../../../../src/Thumbnailer/package.json', import.meta.url))('sharp');
const save = (name, bytes) => writeFileSync(new URL(name, import.meta.url), bytes);

// A desk with a letter on it, and a corner of a colour of its own at the top left, which shows where up is.
function scene(width, height, corner) {
  let seed = 1;
  const chance = (n) => (seed = (seed * 16807) % 2147483647) % n;
  const lines = Array.from({ length: 24 }, (_, i) =>
    `<rect x="${width * 0.22}" y="${height * (0.2 + i * 0.025)}" width="${width * (0.3 + chance(25) / 100)}" height="${height * 0.008}" fill="#345"/>`);
  const grain = Array.from({ length: 900 }, () =>
    `<rect x="${chance(width)}" y="${chance(height)}" width="${40 + chance(200)}" height="2" fill="#5a3a1a" opacity="0.${1 + chance(5)}"/>`);
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="#8b5a2b"/>${grain.join('')}
    <rect x="${width * 0.17}" y="${height * 0.14}" width="${width * 0.66}" height="${height * 0.7}" fill="#fdfcf7"/>${lines.join('')}
    <circle cx="${width * 0.8}" cy="${height * 0.88}" r="${width * 0.09}" fill="#2a7"/>
    <rect width="${width * 0.25}" height="${height * 0.1}" fill="${corner}"/></svg>`);
}

// As a phone writes it: the sensor's rows as they came, and a note of how it was held, where, and with what.
function photograph(corner, turnedBy, orientation) {
  return sharp(scene(1512, 2016, corner)).rotate(turnedBy).withIccProfile('p3')
    .withExif({
      IFD0: { Make: 'Example', Model: 'Phone', Software: 'make-fixtures' },
      IFD2: { DateTimeOriginal: '2024:01:01 12:00:00', UserComment: 'PRIVATE-COMMENT' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '0/1 0/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '0/1 0/1 0/1' },
    })
    .withXmp('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:rights="PRIVATE-XMP"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>')
    .withMetadata({ orientation }).jpeg({ quality: 82 }).toBuffer();
}

save('held-upright.jpg', await photograph('#e00000', 270, 6));
save('held-upside.jpg', await photograph('#0000e0', 90, 8));
save('letter.webp', await sharp(scene(900, 1200, '#e00000')).webp({ quality: 60 }).toBuffer());
save('letter.avif', await sharp(scene(900, 1200, '#e00000')).avif({ quality: 45 }).toBuffer());
save('stamp.png', await sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">
  <circle cx="320" cy="240" r="200" fill="none" stroke="#a00" stroke-width="24"/><rect width="160" height="48" fill="#e00000"/></svg>`)).png().toBuffer());
save('icon.png', await sharp({ create: { width: 48, height: 32, channels: 3, background: '#0a0' } }).png().toBuffer());

const frame = (colour) => sharp({ create: { width: 320, height: 240, channels: 3, background: colour } }).png().toBuffer();
save('signal.gif', await sharp(await Promise.all(['#e00000', '#00c000', '#0000e0'].map(frame)), { join: { animated: true } }).gif({ delay: [300, 300, 300] }).toBuffer());

// A PDF is numbered objects and a table of where they begin.
function pdf(objects) {
  const parts = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  const at = [];
  let length = parts[0].length;
  objects.forEach((object, i) => {
    const body = object.data
      ? [Buffer.from(`${i + 1} 0 obj\n<< ${object.words} /Length ${object.data.length} >>\nstream\n`), object.data, Buffer.from('\nendstream\nendobj\n')]
      : [Buffer.from(`${i + 1} 0 obj\n${object}\nendobj\n`)];
    at.push(length);
    parts.push(...body);
    length += body.reduce((sum, part) => sum + part.length, 0);
  });
  const table = at.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  return Buffer.concat([...parts, Buffer.from(
    `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`)]);
}

const content = (text) => ({ words: '/Filter /FlateDecode', data: deflateSync(Buffer.from(text, 'latin1')) });
const utf16 = (text) => Buffer.from(text, 'utf16le').swap16().toString('hex');

// One sentence on each page, and a greeting in another script by a font that is only names of characters. As in any PDF, Hebrew stands in the order of the eye.
const sentences = [
  'Blood pressure was taken twice on the left arm.', 'The wound at the knee heals without redness.', 'Caf\xe9 au lait spots were measured: three of 5 mm.',
  'No allergy is known to penicillin.', 'The invoice is due within thirty days.', 'Gr\xf6\xdfe 172 cm, Gewicht 68 kg.', 'An appointment was moved to Tuesday.',
  'The X-ray shows no fracture.', 'Sleep has been better since the change of dose.', 'This letter ends on its tenth page.',
];
const greetings = ['Γειά σας', 'Здравствуйте', 'नमस्ते', '你好', 'こんにちは', 'םולש', 'Dzień dobry', 'สวัสดี', '안녕하세요', 'Xin chào'];
const greetingCharacters = [...new Set(greetings.join(''))];
const toUnicode = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Greetings def /CMapType 2 def
1 begincodespacerange <0000> <ffff> endcodespacerange
${greetingCharacters.length} beginbfchar
${greetingCharacters.map((c, i) => `<${(i + 1).toString(16).padStart(4, '0')}> <${utf16(c)}>`).join('\n')}
endbfchar endcmap CMapName currentdict /CMap defineresource pop end end`;
const coded = (text) => [...text].map((c) => (greetingCharacters.indexOf(c) + 1).toString(16).padStart(4, '0')).join('');

const first = 7;
save('ten-pages.pdf', pdf([
  '<< /Type /Catalog /Pages 2 0 R >>',
  `<< /Type /Pages /Count 10 /Kids [${sentences.map((_, i) => `${first + 2 * i} 0 R`).join(' ')}] >>`,
  '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  '<< /Type /Font /Subtype /Type0 /BaseFont /Greetings /Encoding /Identity-H /DescendantFonts [5 0 R] /ToUnicode 6 0 R >>',
  '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Greetings /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 >>',
  content(toUnicode),
  ...sentences.flatMap((sentence, i) => [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${first + 1 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>`,
    content(`${i === 0 ? '0.88 0 0 rg 0 742 200 100 re f 0 g\n' : ''}BT /F1 24 Tf 60 700 Td (Page ${i + 1} of 10) Tj /F1 14 Tf 0 -40 Td (${sentence}) Tj /F2 14 Tf 0 -40 Td <${coded(greetings[i])}> Tj ET`),
  ]),
]));

const scan = await sharp(scene(1240, 1754, '#e00000')).toColourspace('b-w').jpeg({ quality: 40 }).toBuffer();
save('scanned.pdf', pdf([
  '<< /Type /Catalog /Pages 2 0 R >>',
  '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /Scan 5 0 R >> >> >>',
  content('q 595 0 0 842 0 0 cm /Scan Do Q'),
  { words: '/Type /XObject /Subtype /Image /Width 1240 /Height 1754 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode', data: scan },
]));

const table = 'date;value;unit;remark\n2024-01-01;5,4;mmol/l;nüchtern\n2024-01-02;7,1;mmol/l;nach dem Frühstück\n';
save('values.csv', table);
save('values-windows.csv', Buffer.from(table.replaceAll('\n', '\r\n'), 'latin1'));
save('notes-utf8.txt', 'Größe, taille, 身長, рост, ύψος, 👩‍⚕️\nSecond line.\n');
save('notes-utf16le.txt', Buffer.from('\ufeffGröße, taille, 身長, рост, ύψος, 👩‍⚕️\r\nSecond line.\r\n', 'utf16le'));
save('notes-utf16be.txt', Buffer.from('\ufeffGröße, taille, 身長, рост, ύψος, 👩‍⚕️\r\nSecond line.\r\n', 'utf16le').swap16());
