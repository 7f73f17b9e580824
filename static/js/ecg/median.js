// Median beats side by side on their own small paper.

import { coloursAt } from "./draw.js";
import { fitScale, planBeats } from "./geometry.js";
import { make, Sheet } from "./sheet.js";
import { fetchWave, WaveError } from "./wave.js";

/** Draws the median beat of `data-waveform-url` for the leads of `data-leads`. */
export async function mountMedian(host) {
  try {
    const wave = await fetchWave(host.dataset.waveformUrl, host.dataset.recording);
    const sheet = new Sheet(host);
    const wanted = (host.dataset.leads ?? "II V1 V3 V6").split(" ");
    const leads = wanted.filter((name) => wave.leads.some((lead) => lead.name === name));
    host.setAttribute("role", "img");
    host.setAttribute("aria-label", `Median beat, leads ${leads.join(", ")}`);
    return () => drawMedian(host, sheet, wave, leads);
  } catch (error) {
    if (!(error instanceof WaveError)) throw error;
    make("p", "ecg-message", host).textContent = error.message;
    return () => {};
  }
}

function drawMedian(host, sheet, wave, leads) {
  const ratio = window.devicePixelRatio;
  const minWidth = Math.round(host.clientWidth * ratio);
  const { widthMm } = planBeats({ leads, durationS: wave.durationS });
  const k = Math.min(4 * ratio, fitScale(minWidth, widthMm));
  const heightMm = (host.clientHeight * ratio) / k;
  const plan = planBeats({ leads, durationS: wave.durationS, heightMm });
  const flat = matchMedia("print").matches;
  sheet.render(plan, wave, { k, ratio, minWidth, flat, colours: coloursAt(host) });
}
