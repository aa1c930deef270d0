import { startAccept } from "./acceptPage";

startAccept();
