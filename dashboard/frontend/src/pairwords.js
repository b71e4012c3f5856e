// What pairs of points are told in: a picture is laid on the map, in metres, or a still on another still, in pixels.
import { t } from "./language.js";

export const onTheMap = () => ({
  unit: "m",
  toolbar: t("Georeference"),
  one: t("Picture"),
  other: t("Map"),
  otherNext: t("Now click the same place on the map."),
  oneNext: t("Now click the same place in the picture."),
  first: t("Click a place in the picture, then the same place on the map: corners of roofs and road edges do well. Or let “Propose points” look for them. If the map shows cloud, look places up on another picture."),
  blank: t("No picture with coordinates shows this site yet, so the map is empty: click a place in the picture, then type its latitude and longitude on the right."),
  next: (n, least) => t("{n} of {least} pairs. Click the next place in the picture.", { n, least }),
  barely: t("The picture lies on the map. One pair more tells how well."),
  done: t("The picture lies on the map. Look at the worst pairs, drag or switch them off, then save."),
  saving: t("Saving: the picture is being laid on the map…"),
});

export const onAStill = () => ({
  unit: "px",
  toolbar: t("Align with another still"),
  one: t("This still"),
  other: t("The other still"),
  otherNext: t("Now click the same place in the other still."),
  oneNext: t("Now click the same place in this still."),
  first: t("Click a place in this still, then the same place in the other: what has not moved, far apart, near and far."),
  next: (n, least) => t("{n} of {least} pairs. Click the next place in this still.", { n, least }),
  barely: t("The stills lie on each other. One pair more tells how well."),
  done: t("The stills lie on each other. Look at the worst pairs, drag or switch them off, then save."),
  saving: t("Saving…"),
});
