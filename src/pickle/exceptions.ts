import * as errors from '../errors.js';
import { PythonError, RemoteError } from './errors.js';
import { addType, addWriter, setAttributes, type PickleType } from './table.js';

/** Python's exceptions as errors of ours: those that have a class here become that class, the others a `PythonError`. */

type ErrorClass = new (code: string, message: string) => Error;

const CODE = 'ERR_PYTHON';

const named: readonly [name: string, type: ErrorClass][] = [
  ['builtins.ValueError', errors.ValueError],
  ['builtins.TypeError', errors.ArgumentTypeError],
  ['builtins.AssertionError', errors.AssertionError],
  ['builtins.RuntimeError', errors.RuntimeError],
  ['builtins.NotImplementedError', errors.NotImplementedError],
  ['builtins.EOFError', errors.EOFError],
  ['builtins.OSError', errors.OSError],
  ['builtins.TimeoutError', errors.TimeoutError],
  ['builtins.MemoryError', errors.OutOfMemoryError],
  ['multiprocessing.context.ProcessError', errors.ProcessError],
  ['multiprocessing.context.TimeoutError', errors.TimeoutError],
  ['multiprocessing.context.AuthenticationError', errors.AuthenticationError],
  ['multiprocessing.managers.RemoteError', RemoteError],
  ['threading.BrokenBarrierError', errors.BrokenBarrierError],
  ['_queue.Empty', errors.Empty],
  ['queue.Empty', errors.Empty],
  ['queue.Full', errors.Full],
  ['queue.ShutDown', errors.ShutDown],
];

/** Exceptions of the language that have no class here. */
const others = (
  'ArithmeticError AttributeError BaseException BlockingIOError BrokenPipeError BufferError BytesWarning ' +
  'ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError ' +
  'DeprecationWarning Exception ExceptionGroup FileExistsError FileNotFoundError FloatingPointError FutureWarning ' +
  'GeneratorExit ImportError IndentationError IndexError InterruptedError IsADirectoryError KeyError ' +
  'KeyboardInterrupt LookupError ModuleNotFoundError NameError NotADirectoryError OverflowError PermissionError ' +
  'ProcessLookupError RecursionError ReferenceError ResourceWarning RuntimeWarning StopAsyncIteration StopIteration ' +
  'SyntaxError SystemError SystemExit TabError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError ' +
  'UnicodeTranslateError UnicodeWarning UserWarning Warning ZeroDivisionError'
).split(' ');

function addException(name: string, make: (message: string) => Error): void {
  const type: PickleType = {
    create: (args) => {
      const error = make(messageOf(args));
      Object.defineProperty(error, 'args', { value: args, configurable: true });
      return error;
    },
    setState: setAttributes,
  };
  addType(name, type);
  addType(name.replace(/^builtins\./, 'exceptions.'), type); // as protocol 2 says it
}

/** What `str(exception)` is in Python. */
function messageOf(args: readonly unknown[]): string {
  if (args.length === 2 && typeof args[0] === 'number') return `[Errno ${args[0]}] ${String(args[1])}`;
  return args.map(String).join(', ');
}

const language: readonly [type: { readonly prototype: Error }, name: string][] = [
  [Error, 'builtins.Exception'],
  [RangeError, 'builtins.ValueError'],
  [TypeError, 'builtins.TypeError'],
  [SyntaxError, 'builtins.SyntaxError'],
  [ReferenceError, 'builtins.NameError'],
  [EvalError, 'builtins.Exception'],
  [URIError, 'builtins.ValueError'],
];
function argsOf(error: Error): readonly unknown[] {
  const { args } = error as { args?: unknown };
  return Array.isArray(args) ? args : [error.message];
}

/** To be called once. */
export function addExceptions(): void {
  for (const [name, type] of named) addException(name, (message) => new type(CODE, message));
  for (const name of others) addException(`builtins.${name}`, (message) => new PythonError(CODE, name, message));
  // The first name of a class is the one that is written; a class that is not here goes as its nearest that is.
  for (const [name, type] of named.toReversed())
    addWriter(type, (error: Error) => ({ global: name, args: argsOf(error) }));
  addWriter(errors.OwnerDiedError, (error) => ({ global: 'builtins.RuntimeError', args: [error.message] }));
  addWriter(PythonError, (error) => ({ global: `builtins.${error.name}`, args: argsOf(error) }));
  for (const [type, name] of language) addWriter(type, (error) => ({ global: name, args: argsOf(error) }));
}
