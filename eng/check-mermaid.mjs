// check-mermaid.mjs FILE.md…: every Mermaid block of the files goes through Mermaid's own parser.
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

// Mermaid cleans labels by DOMPurify, which wants a page.
const { window } = new JSDOM('');
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import('mermaid');

let blocks = 0;
for (const file of process.argv.slice(2)) {
  for (const [, text] of readFileSync(file, 'utf8').matchAll(/^```mermaid\n([^]*?)\n```$/gm)) {
    blocks++;
    await mermaid.parse(text).catch(error => {
      console.error(`${file}: ${error.message}\n${text}`);
      process.exitCode = 1;
    });
  }
}

console.log(`${blocks} Mermaid blocks in ${process.argv.length - 2} files`);
if (blocks === 0) process.exitCode = 1;
