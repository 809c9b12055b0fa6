/**
 * The pen of the tablet's sequence: who holds it knows the last line by heart and looks nothing up before writing the
 * next. Another tab that wants to write asks for it and gets it between two lines; from a tab that ends, the browser
 * takes it back.
 */
export interface Pen {
  /** Write with the pen in hand. */
  readonly hold: <T>(write: () => Promise<T>) => Promise<T>;
}

/** `onGivenAway` hears that from now on another tab may write. */
export function openPen(name: string, onGivenAway: () => void): Pen {
  if (typeof navigator === "object" && "locks" in navigator) return new SharedPen(name, onGivenAway);
  // Without locks nobody knows what another tab does, so nothing is known by heart.
  return {
    hold: (write) => {
      onGivenAway();
      return write();
    },
  };
}

class SharedPen implements Pen {
  readonly #name: string;
  readonly #onGivenAway: () => void;
  readonly #others: BroadcastChannel;
  #release: Promise<() => void> | null = null;
  #writing = 0;
  #wanted = false;

  constructor(name: string, onGivenAway: () => void) {
    this.#name = name;
    this.#onGivenAway = onGivenAway;
    this.#others = new BroadcastChannel(name);
    this.#others.onmessage = () => {
      this.#wanted = this.#release !== null;
      this.#giveIfWanted();
    };
  }

  async hold<T>(write: () => Promise<T>): Promise<T> {
    this.#writing += 1;
    try {
      await (this.#release ??= this.#take());
      return await write();
    } finally {
      this.#writing -= 1;
      this.#giveIfWanted();
    }
  }

  #take(): Promise<() => void> {
    this.#others.postMessage("wanted");
    return new Promise((resolve, reject) => {
      navigator.locks
        .request(this.#name, () => new Promise<void>(resolve))
        .catch((error: unknown) => {
          this.#release = null;
          reject(error instanceof Error ? error : new Error(String(error)));
        });
    });
  }

  #giveIfWanted(): void {
    if (!this.#wanted || this.#writing > 0) return;
    const release = this.#release;
    this.#release = null;
    this.#wanted = false;
    this.#onGivenAway();
    void release?.then((giveBack) => {
      giveBack();
    });
  }
}
