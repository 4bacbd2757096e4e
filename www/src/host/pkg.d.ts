/** The wasm package, whose types we write by hand: `pkg/` is built, and need not be there to check types. */
declare module '#pkg' {
  import type { WasmModule } from '../client/types.ts';
  const init: WasmModule['default'];
  export default init;
  export const startCluster: WasmModule['startCluster'];
  export const ShellKernel: WasmModule['ShellKernel'];
  export const Viewer: WasmModule['Viewer'];
}

declare module '#wasm?url' {
  const address: string;
  export default address;
}

declare module '#javascript-program' {
  const address: string;
  export default address;
}
