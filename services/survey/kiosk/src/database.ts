/** IndexedDB in promises, and a connection that is made at first use and made again when the browser drops it. */

export type Database = ReturnType<typeof openDatabase>;

/** Wait for a request. A cursor's request may be waited for again after each `continue`. */
export function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? lost());
    };
  });
}

/** Wait until a transaction is on disk, as far as its durability promises; the error is that of the request that failed. */
export function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = () => {
      reject(transaction.error ?? lost());
    };
  });
}

/** `onLost` hears that the connection is gone, and with it all that was known of the database. */
export function openDatabase(name: string, upgrade: (database: IDBDatabase) => void, onLost: () => void) {
  let opened: Promise<IDBDatabase> | null = null;

  function lose(): void {
    opened = null;
    onLost();
  }

  function connect(): Promise<IDBDatabase> {
    opened ??= open(name, upgrade, lose).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  }

  return {
    /** Work on the database; when the connection turns out dead, open it anew and try once more. */
    use: async <T>(work: (database: IDBDatabase) => Promise<T>): Promise<T> => {
      try {
        return await work(await connect());
      } catch (error) {
        if (!isLostConnection(error)) throw error;
        lose();
        return work(await connect());
      }
    },
    close: async (): Promise<void> => {
      (await connect()).close();
      lose();
    },
  };
}

async function open(
  name: string,
  upgrade: (database: IDBDatabase) => void,
  onLost: () => void,
): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    upgrade(request.result);
  };
  const database = await asked(request);
  database.onversionchange = () => {
    database.close();
    onLost();
  };
  database.onclose = onLost;
  return database;
}

function lost(): DOMException {
  return new DOMException("the browser gave no reason", "AbortError");
}

function isLostConnection(error: unknown): boolean {
  return (
    error instanceof DOMException && ["InvalidStateError", "AbortError", "UnknownError"].includes(error.name)
  );
}
