import { startReset } from "./resetPage";

startReset();
