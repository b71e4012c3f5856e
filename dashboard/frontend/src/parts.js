import { Annotate } from "./annotate.js";
import { Display } from "./display.js";
import { Frames } from "./frames.js";
import { Measuring } from "./measuring.js";

// What hooks itself into the viewer: one line a part. A part is an object made once a viewer, all of it optional:
//   key(event)  a key was pressed, with Ctrl or without: true where the part took it
//   keys      letter -> function; goes before the viewer's own keys
//   help      [[keys, what], …] rows of the list of keys
//   tools     elements for the toolbar
//   layers    elements to lie over the pictures
//   update(data)   Python sent new data      redraw()   pictures, states or marks changed
//   escape()  Esc was pressed: true where the part had something to end      destroy()
//   address()  what the page's address has as `look`
//   badges(pane)   elements to stand beside a picture's date
export const makeParts = (viewer) => [(viewer.annotate = new Annotate(viewer)), new Measuring(viewer), new Display(viewer), (viewer.frames = new Frames(viewer))];
