// The list on paper: a button where a script can print, and none where it cannot.
"use strict";

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
