// Says early that JavaScript is here, so that nothing jumps later.
document.documentElement.classList.add("js");
