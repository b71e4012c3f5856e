// Taking hold of chosen marks with the pointer: dragging one moves it, dragging a handle reshapes it.
import PointerInteraction from "ol/interaction/Pointer.js";

const HANDLE_PX = 6;
const STILL_PX = 2;

export class Editing extends PointerInteraction {
  // hands: { isFree(), handleLayersAt(map, pixel), chosenAt(map, pixel), drag(grip, to), drop(grip), cut(handle) }
  constructor(hands) {
    super();
    this.hands = hands;
  }

  handleDownEvent(event) {
    const { map, pixel, coordinate, originalEvent } = event;
    if (!this.hands.isFree() || originalEvent.button > 0) return false;
    const handle = this.#handleAt(map, pixel);
    if (handle && originalEvent.altKey) {
      this.grip = null;
      this.hands.cut(handle);
      return true;
    }
    const ids = handle ? [handle.id] : originalEvent.shiftKey ? [] : this.hands.chosenAt(map, pixel);
    if (!ids.length) return false;
    this.grip = this.hands.grip(ids, handle, coordinate);
    this.pixel = pixel;
    return true;
  }

  handleDragEvent({ pixel, coordinate }) {
    const far = Math.hypot(pixel[0] - this.pixel[0], pixel[1] - this.pixel[1]) > STILL_PX;
    if (!this.grip || !(far || this.grip.isMoved)) return;
    this.grip.isMoved = true;
    this.hands.drag(this.grip, coordinate);
  }

  handleUpEvent() {
    if (this.grip?.isMoved) this.hands.drop(this.grip);
    this.grip = null;
    return false;
  }

  handleMoveEvent({ map, pixel, dragging }) {
    if (dragging) return;
    const takes = this.hands.isFree() && (this.#handleAt(map, pixel) || this.hands.chosenAt(map, pixel).length);
    map.getTargetElement().classList.toggle("takes", Boolean(takes));
  }

  #handleAt(map, pixel) {
    const layers = this.hands.handleLayersAt(map, pixel);
    const options = { layerFilter: (layer) => layers.includes(layer), hitTolerance: HANDLE_PX };
    const found = map.getFeaturesAtPixel(pixel, options).filter((feature) => feature.get("handle"));
    return (found.find((feature) => feature.get("handle").kind !== "middle") ?? found[0])?.get("handle") ?? null;
  }
}
