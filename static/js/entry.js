// The time that platform staff may still stay inside an organization.

const clock = document.querySelector("[data-seconds-left]");
const end = performance.now() + 1000 * Number(clock?.dataset.secondsLeft);

function tick() {
  const left = Math.max(0, Math.round((end - performance.now()) / 1000));
  clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (left === 0) location.reload();
  else setTimeout(tick, 1000);
}

if (clock) tick();
