declare module "virtual:elk" {
  /**
   * The code of elkjs's worker as one function, so that it can run here or, as text, in a Worker: one copy for both.
   */
  const elk: (
    module: { exports: unknown } | undefined,
    exports: object | undefined,
    window: object,
    document: object | undefined,
    setTimeout: ((run: () => void) => void) | undefined,
  ) => void;
  export default elk;
}
