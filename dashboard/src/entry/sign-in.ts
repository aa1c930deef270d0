import { startSignIn } from "./signInPage";

void startSignIn();
