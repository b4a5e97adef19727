declare const __CHAT__: string;
console.info(__CHAT__);
