// Prints how the npm package "receiptline" lays a document out, in the form of receiptline_dump.
// Usage: node layout.js FILE CELLS...     (NODE_PATH names the folder of the package)
//
// The package drives "commands" of a printer; this is a printer that writes down where it was told
// to print what. Files named *.latin.receipt are measured with one cell a character, as we measure
// letters; all others as on a Chinese printer.
'use strict';
const fs = require('fs');
const receiptline = require('receiptline');

const dots = 12;

const recorder = {
  open(printer) {
    this.lines = [];
    this.y = 0;
    this.spaced = printer.spacing;
    this.feed = printer.spacing ? 30 : 24;
    this.printArea = [0, printer.cpl];
    this.lineAlign = 0;
    this.look = [false, false, false, 0];
    this.begin();
    return '';
  },
  begin() {
    this.x = 0;
    this.high = 1;
    this.texts = [];
    this.bars = [];
    this.other = null;
    this.joinable = false;
  },
  close() {
    return this.lines.join('\n') + `\n${this.y} end\n`;
  },
  write(what, height) {
    this.lines.push(`${this.y} ${what}`);
    this.y += height;
  },
  area(left, width) {
    this.printArea = [left, width];
    return '';
  },
  align(align) {
    this.lineAlign = align;
    return '';
  },
  absolute(position) {
    this.x = position * dots;
    this.joinable = false;
    return '';
  },
  relative(position) {
    this.x += position * dots;
    return '';
  },
  normal() {
    this.look = [false, false, false, 0];
    return '';
  },
  ul() { this.look[0] = true; return ''; },
  em() { this.look[1] = true; return ''; },
  iv() { this.look[2] = true; return ''; },
  wh(carets) {
    this.look[3] = carets;
    this.high = Math.max(this.high, carets < 3 ? carets : carets - 1);
    return '';
  },
  text(text, encoding) {
    const [ul, em, iv, carets] = this.look;
    const wide = carets < 2 ? carets + 1 : carets - 1;
    const cells = this.measureText(text, encoding) * wide;
    const look = (ul ? '_' : '') + (em ? '"' : '') + (iv ? '`' : '') + '^'.repeat(carets);
    const last = this.texts[this.texts.length - 1];
    if (this.joinable && last && last.look === look) {
      last.text += text;
      last.cells += cells;
    } else {
      this.texts.push({ x: this.x, cells, look, text });
    }
    this.joinable = true;
    this.x += cells * dots;
    return '';
  },
  lf() {
    const [left, width] = this.printArea;
    if (this.other !== null) {
      this.write(this.other, this.feed);
    } else {
      let line = `text ${left}+${width} high ${this.high}`;
      if (this.bars.length > 0) line += ` bars ${this.bars.join(',')}`;
      for (const t of this.texts) {
        if (t.look === '' && /^ *$/.test(t.text)) continue;
        line += `\n  ${t.x}+${t.cells} ${t.look}[${t.text}]`;
      }
      this.write(line, Math.max(this.high * 24, this.feed));
    }
    this.begin();
    return '';
  },
  hr(width) {
    this.other = `rule ${this.printArea[0]}+${width}`;
    return '';
  },
  vr(widths) {
    let at = 0;
    this.bars = [0, ...widths.map(width => (at += width + 1))];
    return '';
  },
  vrstart(widths) {
    this.other = `frame below ${this.printArea[0]}:${widths}`;
    return '';
  },
  vrstop(widths) {
    this.other = `frame above ${this.printArea[0]}:${widths}`;
    return '';
  },
  vrhr(above, below, dl) {
    const left = this.printArea[0];
    this.other = `frame above ${left + Math.max(-dl, 0)}:${above} below ` +
      `${left + Math.max(dl, 0)}:${below}`;
    return '';
  },
  vrlf(framed) {
    this.feed = !framed && this.spaced ? 30 : 24;
    return this.lf();
  },
  cut() {
    this.write('cut', 0);
    return '';
  },
  place(width) {
    const [left, cells] = this.printArea;
    return Math.floor(left * dots + (cells * dots - width) * this.lineAlign / 2);
  },
  image(image) {
    const png = Buffer.from(image, 'base64');
    const width = png.readUInt32BE(16);
    const height = png.readUInt32BE(20);
    this.write(`image ${this.place(width)} ${width}x${height}`, height);
    return '';
  },
  qrcode(symbol) {
    if (symbol.data.length === 0) return '';
    const side = receiptline.qrcode.generate(symbol).length * symbol.cell;
    this.write(`code ${this.place(side)} ${side}x${side}`, side);
    return '';
  },
  barcode(symbol) {
    const bar = receiptline.barcode.generate(symbol);
    if (!('length' in bar)) return '';
    const hri = bar.hri ? ` ${bar.text}` : '';
    this.write(`code ${this.place(bar.length)} ${bar.length}x${bar.height}${hri}`,
               bar.height + (bar.hri ? 26 : 0));
    return '';
  },
  command(command) {
    this.write(`command ${Buffer.from(command, 'latin1').toString('hex')}`, 0);
    return '';
  },
};

const [file, ...widths] = process.argv.slice(2);
for (const cells of widths) {
  for (const spacing of ['none', 'lines']) {
    process.stdout.write(`== ${cells} cells, spacing ${spacing}\n`);
    process.stdout.write(receiptline.transform(fs.readFileSync(file, 'utf8'), {
      cpl: Number(cells),
      encoding: file.endsWith('.latin.receipt') ? 'cp1252' : 'gb18030',
      spacing: spacing === 'lines',
      command: Object.assign({}, receiptline.commands.base, recorder),
    }));
  }
}
