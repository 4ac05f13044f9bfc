/** Two soft notes, made here: no file to load. Only after the visitor has asked for sound. */
export function chime(): void {
  const audio = new AudioContext();
  const volume = audio.createGain();
  volume.connect(audio.destination);
  for (const [place, pitch] of [660, 880].entries()) {
    const note = audio.createOscillator();
    note.frequency.value = pitch;
    note.connect(volume);
    note.start(audio.currentTime + place * 0.12);
    note.stop(audio.currentTime + place * 0.12 + 0.25);
  }
  volume.gain.setValueAtTime(0.06, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.45);
  setTimeout(() => void audio.close(), 1000);
}
