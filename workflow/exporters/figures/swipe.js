"use strict";
const slider = document.getElementById("swipe");
const stage = document.querySelector(".stage");
const picture = stage.querySelector("img");
stage.style.setProperty("--aspect", picture.getAttribute("width") / picture.getAttribute("height"));
function show() {
  stage.style.setProperty("--share", slider.value + "%");
  slider.setAttribute("aria-valuetext", slider.value + " %");
  stage.dataset.share = slider.value;
}
function follow(event) {
  const box = stage.getBoundingClientRect();
  slider.value = Math.round(100 * (event.clientX - box.left) / box.width);
  show();
}
slider.addEventListener("input", show);
stage.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  stage.setPointerCapture(event.pointerId);
  follow(event);
});
stage.addEventListener("pointermove", (event) => {
  if (stage.hasPointerCapture(event.pointerId)) follow(event);
});
show();
