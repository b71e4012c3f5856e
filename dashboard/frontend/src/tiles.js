// Tiles that are looked ahead for, as decoded pictures: drawn from an <img> a tile is decoded while it is drawn, which
// took most of the time of a switch to it. What is wanted at once is quicker as an <img>.
import TileState from "ol/TileState.js";

const KEPT = 64; // of 512 x 512 pixels: 64 MB at most; what a map shows it keeps itself
const tiles = new Map(); // address -> promise of an ImageBitmap, oldest first

export const isKept = (address) => tiles.has(address);

// rejects, and forgets the address, where the server refuses or is away
export function keep(address) {
  const asked = decoded(address);
  tiles.set(address, asked);
  if (tiles.size > KEPT) tiles.delete(tiles.keys().next().value);
  return asked;
}

async function decoded(address) {
  try {
    const answer = await fetch(address, { priority: "low" });
    const body = await answer.blob(); // of a refusal too: one that is not read keeps its connection
    if (!answer.ok) throw new Error(`tile refused: ${answer.status}`);
    return await createImageBitmap(body);
  } catch (error) {
    tiles.delete(address);
    throw error;
  }
}

// how a source of OpenLayers loads its tiles
export async function loadTile(one, address) {
  if (!isKept(address)) return void (one.getImage().src = address);
  try {
    one.setImage(await tiles.get(address));
  } catch {
    one.setState(TileState.ERROR);
  }
}
