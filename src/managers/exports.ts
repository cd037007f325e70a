import { registerExports, registerHandle } from '../memory/handle.js';
import { PythonError, RemoteError } from '../pickle/errors.js';
import { serveManager } from './launch.js';
import { reviveProxy } from './travel.js';

registerExports({ PythonError, RemoteError, serveManager });
registerHandle('ManagerProxy', reviveProxy);
