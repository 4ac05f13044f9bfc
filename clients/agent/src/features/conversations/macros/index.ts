/** Macros, for the composer and the acts beside them. */
export { MacroPicker } from "./MacroPicker";
export { boundBy, settles } from "./macros";
export { useSlash } from "./useSlash";
export { WaitingActs } from "./WaitingActs";
