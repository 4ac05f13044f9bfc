/** The page's nonce: styles made at run time must carry it. */
export const nonce: string = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";

// The scroll lock of dialogs looks for it here.
Object.assign(globalThis, { __webpack_nonce__: nonce });
