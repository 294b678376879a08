// Reads grey frames of 1280 x 720 from standard input; writes a line for each: the text in
// hexadecimal, a tab, CPU milliseconds. NODE_PATH names where zxing-wasm lies.
const fs = require('fs');
const path = require('path');
const { prepareZXingModule, readBarcodes } = require('zxing-wasm/reader');

const width = 1280, height = 720, size = width * height;
const wasm = path.join(process.env.NODE_PATH, 'zxing-wasm/dist/reader/zxing_reader.wasm');
const options = {
  formats: ['QRCode', 'Code128', 'Code39', 'PDF417', 'DataMatrix', 'Aztec'],
  tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true, maxNumberOfSymbols: 1,
};

async function main() {
  await prepareZXingModule({ overrides: { wasmBinary: fs.readFileSync(wasm) }, fireImmediately: true });
  let have = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    have = have.length === 0 ? chunk : Buffer.concat([have, chunk]);
    while (have.length >= size) {
      const data = new Uint8ClampedArray(size * 4);
      for (let i = 0; i < size; ++i) data.fill(have[i], i * 4, i * 4 + 3), data[i * 4 + 3] = 255;
      have = have.subarray(size);
      const begin = process.cpuUsage();
      const found = await readBarcodes({ data, width, height }, options);
      const used = process.cpuUsage(begin);
      const good = found.find((one) => one.isValid);
      const hex = good ? Buffer.from(good.bytes).toString('hex') : '';
      process.stdout.write(`${hex}\t${(used.user + used.system) / 1000}\n`);
    }
  }
}

main().catch((error) => { console.error(error); process.exit(1); });
