/** The component library in the console's colours; the values mirror tokens.css, which it cannot read. */
import type { GlobalThemeOverrides } from "naive-ui";

/** By name: it is another one in another language. */
const FONT = "var(--font)";

const shape: NonNullable<GlobalThemeOverrides["common"]> = {
  fontFamily: FONT,
  fontSize: "13px",
  fontSizeMedium: "13px",
  fontSizeSmall: "12px",
  fontSizeLarge: "14px",
  borderRadius: "6px",
  borderRadiusSmall: "4px",
  heightMedium: "32px",
  heightSmall: "28px",
};

export const light: GlobalThemeOverrides = {
  common: {
    ...shape,
    primaryColor: "#2a57c6",
    primaryColorHover: "#1f459f",
    primaryColorPressed: "#1a3a87",
    primaryColorSuppl: "#2a57c6",
    infoColor: "#2a57c6",
    infoColorHover: "#1f459f",
    infoColorPressed: "#1a3a87",
    successColor: "#1b7f49",
    successColorHover: "#166a3c",
    successColorPressed: "#12562f",
    warningColor: "#8a4b07",
    warningColorHover: "#713d05",
    warningColorPressed: "#5c3204",
    errorColor: "#b52a1c",
    errorColorHover: "#962216",
    errorColorPressed: "#7c1b11",
    textColorBase: "#1f1d1a",
    textColor1: "#1f1d1a",
    textColor2: "#2f2c28",
    textColor3: "#6e6a62",
    placeholderColor: "#767168",
    borderColor: "#d0ccc3",
    dividerColor: "#e4e1da",
    bodyColor: "#f4f3ef",
    tableHeaderColor: "#faf9f7",
  },
};

export const dark: GlobalThemeOverrides = {
  common: {
    ...shape,
    primaryColor: "#86a8ff",
    primaryColorHover: "#a9c1ff",
    primaryColorPressed: "#6c92f5",
    primaryColorSuppl: "#6c92f5",
    infoColor: "#86a8ff",
    infoColorHover: "#a9c1ff",
    errorColor: "#f0796b",
    errorColorHover: "#ff9c8f",
    successColor: "#52c285",
    textColorBase: "#eeece8",
    textColor1: "#eeece8",
    textColor2: "#dedbd5",
    textColor3: "#9d9a93",
    placeholderColor: "#95928b",
    bodyColor: "#141416",
    cardColor: "#1c1c1f",
    modalColor: "#222226",
    popoverColor: "#28282d",
    tableColor: "#1c1c1f",
    inputColor: "#232327",
  },
};
