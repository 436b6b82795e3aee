import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Addresses in the bundle are relative, so that it works at / and below /aileron/ alike.
export default defineConfig({
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../aileron/api/pages",
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome100", "firefox100", "safari15.4"],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  test: { environment: "node", include: ["src/**/*.test.ts"], isolate: false, css: true },
});
