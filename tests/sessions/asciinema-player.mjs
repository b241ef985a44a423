// Plays a recording in asciinema's own player, without a page to show it on, and prints what the player put on its terminal.
import { readFileSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const [, , dist, file] = process.argv;
const core = readdirSync(dist).find((name) => name.startsWith('core-') && name.endsWith('.js'));
const { C: Core } = await import(pathToFileURL(join(dist, core)));
const silent = { log() {}, debug() {}, info() {}, warn() {}, error() {} };
const player = new Core({ data: readFileSync(file, 'utf8') }, { speed: 1000, preload: true, logger: silent });
const found = { output: '', markers: [], sizes: [] };
player.addEventListener('output', (data) => { found.output += [data].flat().join(''); });
player.addEventListener('marker', (e) => found.markers.push(e.label));
player.addEventListener('resize', (e) => found.sizes.push([e.cols, e.rows]));
const ended = new Promise((resolve, reject) => {
  player.addEventListener('ended', resolve);
  player.addEventListener('error', reject);
});
player.terminalReady();
await player.init();
await player.play();
await ended;
console.log(JSON.stringify({ ...found, duration: await player.getDuration() }));
process.exit(0);
