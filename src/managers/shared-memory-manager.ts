import { ValueError } from '../errors.js';
import { ShareableList, type Item } from '../named/shareable-list.js';
import { SharedMemory } from '../named/shared-memory.js';
import { BaseManager } from './manager.js';

/**
 * A manager for named memory: what is made by it is removed when it is shut down.
 *
 * @example
 * await using manager = new SharedMemoryManager();
 * await manager.start();
 * const frames = await manager.SharedMemory(640 * 480);
 * const list = await manager.ShareableList(['howdy', 1, null]);
 *
 * @see https://docs.python.org/3/library/multiprocessing.shared_memory.html#multiprocessing.managers.SharedMemoryManager
 */
export class SharedMemoryManager extends BaseManager {
  /**
   * New memory of so many bytes.
   *
   * @throws {ValueError} ERR_MANAGER_NOT_STARTED, ERR_SHARED_MEMORY_SIZE
   */
  async SharedMemory(size: number): Promise<SharedMemory> {
    this.#expectStarted();
    const memory = new SharedMemory({ create: true, size });
    return this.#tracked(memory, memory);
  }

  /** Like `SharedMemory`, and blocks the calling thread. */
  SharedMemorySync(size: number): SharedMemory {
    this.#expectStarted();
    const memory = new SharedMemory({ create: true, size });
    return this.#trackedSync(memory, memory);
  }

  /**
   * A new list with these items.
   *
   * @throws {ValueError} ERR_MANAGER_NOT_STARTED
   */
  async ShareableList(items: Iterable<Item>): Promise<ShareableList> {
    this.#expectStarted();
    const list = new ShareableList(items);
    return this.#tracked(list, list.shm);
  }

  /** Like `ShareableList`, and blocks the calling thread. */
  ShareableListSync(items: Iterable<Item>): ShareableList {
    this.#expectStarted();
    const list = new ShareableList(items);
    return this.#trackedSync(list, list.shm);
  }

  /** Whose server cannot be told of it is not left with it. */
  async #tracked<T>(made: T, memory: SharedMemory): Promise<T> {
    await this.control('track_segment', [memory.name]).catch((error: unknown) => discard(memory, error));
    return made;
  }

  #trackedSync<T>(made: T, memory: SharedMemory): T {
    try {
      this.controlSync('track_segment', [memory.name]);
    } catch (error) {
      discard(memory, error);
    }
    return made;
  }

  #expectStarted(): void {
    if (!this.isRunning) throw new ValueError('ERR_MANAGER_NOT_STARTED', 'SharedMemoryManager is not running');
  }
}

function discard(memory: SharedMemory, error: unknown): never {
  memory.close();
  memory.unlink();
  throw error;
}
