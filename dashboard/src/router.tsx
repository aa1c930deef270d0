import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import { Problem } from "./api/problem";
import { reviewFilters } from "./features/accessReview/filters";
import { activityFilters } from "./features/activity/filters";
import { invitationFilters, invitationSearch, inviteSearch } from "./features/invitations/filters";
import { userFilters } from "./features/users/filters";
import { usersQuery } from "./features/users/queries";
import { deliveryFilters } from "./features/webhooks/filters";
import { wayBack } from "./rules/next";
import { seesUsers, sessionQuery } from "./session/queries";
import { Shell } from "./session/Shell";
import { Loading } from "./ui/Loading";
import { NotFound } from "./ui/NotFound";
import { ProblemNote } from "./ui/ProblemNote";

type Context = { queries: QueryClient };

const root = createRootRouteWithContext<Context>()({
  beforeLoad: async ({ context, location: at }) => {
    try {
      await context.queries.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      // The way back, so that the link of an email survives the sign-in.
      location.replace(`/sign-in?next=${encodeURIComponent(wayBack(at.href))}`);
      await new Promise(() => {});
    }
  },
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <ProblemNote error={error} onRetry={() => location.reload()} />,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ context }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    throw redirect({ to: seesUsers(session) ? "/users" : "/account" });
  },
});

const users = createRoute({
  getParentRoute: () => root,
  path: "/users",
  validateSearch: userFilters,
  // The list comes while the code of the page does.
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.queries.prefetchInfiniteQuery(usersQuery(deps)),
  component: lazyRouteComponent(() => import("./features/users/UsersPage"), "UsersPage"),
});

const user = createRoute({
  getParentRoute: () => root,
  path: "/users/$userId",
  component: lazyRouteComponent(() => import("./features/users/UserPage"), "UserPage"),
});

const invitations = createRoute({
  getParentRoute: () => root,
  path: "/users/invitations",
  validateSearch: invitationFilters,
  component: lazyRouteComponent(() => import("./features/invitations/InvitationsPage"), "InvitationsPage"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/users/invitations/$invitationId",
  validateSearch: invitationSearch,
  component: lazyRouteComponent(() => import("./features/invitations/InvitationPage"), "InvitationPage"),
});

const invite = createRoute({
  getParentRoute: () => root,
  path: "/users/invitations/new",
  validateSearch: inviteSearch,
  component: lazyRouteComponent(() => import("./features/invitations/InvitePage"), "InvitePage"),
});

const bulk = createRoute({
  getParentRoute: () => root,
  path: "/users/invitations/import",
  component: lazyRouteComponent(() => import("./features/import/ImportPage"), "ImportPage"),
});

const views = createRoute({
  getParentRoute: () => root,
  path: "/views",
  component: lazyRouteComponent(() => import("./features/views/ViewsPage"), "ViewsPage"),
});

const activity = createRoute({
  getParentRoute: () => root,
  path: "/activity",
  validateSearch: activityFilters,
  component: lazyRouteComponent(() => import("./features/activity/ActivityPage"), "ActivityPage"),
});

const accessReview = createRoute({
  getParentRoute: () => root,
  path: "/access-review",
  validateSearch: reviewFilters,
  component: lazyRouteComponent(() => import("./features/accessReview/AccessReviewPage"), "AccessReviewPage"),
});

const keys = createRoute({
  getParentRoute: () => root,
  path: "/keys",
  component: lazyRouteComponent(() => import("./features/keys/KeysPage"), "KeysPage"),
});

const webhooks = createRoute({
  getParentRoute: () => root,
  path: "/webhooks",
  component: lazyRouteComponent(() => import("./features/webhooks/WebhooksPage"), "WebhooksPage"),
});

const webhook = createRoute({
  getParentRoute: () => root,
  path: "/webhooks/$webhookId",
  validateSearch: deliveryFilters,
  component: lazyRouteComponent(() => import("./features/webhooks/WebhookPage"), "WebhookPage"),
});

const clinic = createRoute({
  getParentRoute: () => root,
  path: "/clinic",
  component: lazyRouteComponent(() => import("./features/clinic/ClinicPage"), "ClinicPage"),
});

const account = createRoute({
  getParentRoute: () => root,
  path: "/account",
  component: lazyRouteComponent(() => import("./features/account/AccountPage"), "AccountPage"),
});

const pages = [
  home,
  users,
  user,
  invitations,
  invitation,
  invite,
  bulk,
  views,
  activity,
  accessReview,
  keys,
  webhooks,
  webhook,
  clinic,
  account,
] as const;

export function makeRouter(queries: QueryClient, history?: RouterHistory) {
  const router = createRouter({
    routeTree: root.addChildren(pages),
    context: { queries },
    ...(history && { history }),
    defaultPendingComponent: () => <Loading what="the page" />,
    defaultErrorComponent: ({ error, reset }) => <ProblemNote error={error} onRetry={reset} />,
    // What no page asks for is taken out of the URL.
    search: { strict: true },
    scrollRestoration: true,
  });
  // The link of the page that is open reads again what the page shows.
  router.subscribe("onBeforeNavigate", ({ hrefChanged }) => {
    if (!hrefChanged) void queries.invalidateQueries();
  });
  return router;
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
  interface HistoryState {
    /** The invitation of this page was sent by the form before it. */
    invited?: boolean;
  }
}
