import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { plainApi, reword } from "../api/client";
import { Problem } from "../api/problem";
import { Loading } from "../ui/Loading";
import { tabStorage } from "./storage";
import { tellOtherTabs } from "./tabs";

const Leave = createContext<(to: string) => void>(() => {});

/** Leaves the application for a fresh page at this address. Nothing that was read stays in memory or on screen. */
export function useLeave(): (to: string) => void {
  return useContext(Leave);
}

/** Shows the application until it is left. */
export function LeaveGate({ children }: { children: ReactNode }) {
  const [to, setTo] = useState<string | null>(null);
  const queries = useQueryClient();
  useEffect(() => {
    if (to === null) return;
    queries.clear();
    // Drafts of forms belong to the person who wrote them.
    tabStorage.clear();
    location.assign(to);
  }, [to, queries]);
  if (to !== null) return <Loading what="the page" />;
  return <Leave value={setTo}>{children}</Leave>;
}

/** Ends the session, here and in other tabs. */
export function useSignOut(): () => Promise<void> {
  const leave = useLeave();
  return async () => {
    const { response, error } = await plainApi.DELETE("/v1/session");
    // A session that is over already needs no end.
    if (!response.ok && response.status !== 401) throw Problem.of(response, reword(error));
    tellOtherTabs("signedOut");
    leave("/sign-in");
  };
}
