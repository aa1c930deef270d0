import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { plainApi, reword } from "../api/client";
import { Problem } from "../api/problem";
import { Loading } from "../ui/Loading";
import { tabStorage } from "./storage";
import { tellOtherTabs } from "./tabs";

const Gate = createContext({ leave: (_to: string) => {}, hold: (_dialog: ReactNode) => {} });

/** Leaves the application for a fresh page at this address. Nothing that was read stays in memory or on screen. */
export function useLeave(): (to: string) => void {
  return useContext(Gate).leave;
}

/**
 * Shows a dialog over the application. If the application is left, such as by a sign-out in another tab, the dialog
 * stays alone until it is taken away with null.
 */
export function useHold(): (dialog: ReactNode) => void {
  return useContext(Gate).hold;
}

/** Shows the application until it is left. */
export function LeaveGate({ children }: { children: ReactNode }) {
  const [to, leave] = useState<string | null>(null);
  const [held, hold] = useState<ReactNode>(null);
  const gate = useMemo(() => ({ leave, hold }), []);
  const queries = useQueryClient();
  useEffect(() => {
    if (to === null) return;
    queries.clear();
    // Drafts of forms belong to the person who wrote them.
    tabStorage.clear();
    if (!held) location.assign(to);
  }, [to, held, queries]);
  return (
    <>
      {to === null ? <Gate value={gate}>{children}</Gate> : <Loading what="the page" />}
      {held}
    </>
  );
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
