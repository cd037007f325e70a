import type { ServeOptions } from './serve.js';

/** What a manager's process runs. It loads the server there, and only there. */
export async function serveManager(options: ServeOptions): Promise<void> {
  const { serve } = await import('./serve.js');
  await serve(options);
}
