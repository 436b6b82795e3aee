// Variables of our own in `style`.

import "react";

declare module "react" {
  interface CSSProperties {
    "--mark"?: string;
  }
}
