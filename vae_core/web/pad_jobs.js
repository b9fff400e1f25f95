/** Pictures and searches that may come a little later than the pointer, made in the time that frames leave over. */

const BUDGET = 6;

/**
 * Runs generators a few milliseconds a frame, each its share; a job begun again replaces its former self.
 * @param {(finished: string) => void} onDone
 */
export function createJobs(onDone) {
  const jobs = new Map();
  let frame = 0, stopped = false;
  const turn = () => {
    frame = 0;
    const share = BUDGET / jobs.size;
    for (const [name, job] of [...jobs]) {
      const end = performance.now() + share;
      let done = false;
      while (!done && performance.now() < end) done = job.next().done;
      if (!done) continue;
      jobs.delete(name);
      onDone(name);
    }
    if (jobs.size) frame ||= requestAnimationFrame(turn);
  };
  return {
    /** @param {string} name @param {Generator} job */
    start(name, job) {
      if (stopped) return;
      jobs.set(name, job);
      frame ||= requestAnimationFrame(turn);
    },
    isBusy: (name) => jobs.has(name),
    stop() {
      stopped = true;
      cancelAnimationFrame(frame);
      jobs.clear();
    },
  };
}
