// The least that a program can do: nothing, or import what its argument names.

if (process.argv[2] !== undefined) await import(process.argv[2]);
